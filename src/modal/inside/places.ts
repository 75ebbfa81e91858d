/** Folder of what hypernodes itself keeps in a container. */
export const stateFolder = '/hypernodes';
/** Touched while someone holds the container; the keeper ends it when it gets too old. */
export const aliveFile = `${stateFolder}/alive`;
/** What user code printed; the keeper prints it again, so that the platform keeps it as the container's log. */
export const logFile = `${stateFolder}/log`;
/** Written by whoever wants the container to end in an orderly way, so that its volumes are committed. */
export const stopFile = `${stateFolder}/stop`;
/** Content that is too long for the stream, by the name of its digest. */
export const contentFolder = `${stateFolder}/content`;
