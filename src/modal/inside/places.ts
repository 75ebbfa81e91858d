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
/** The definition and the request of a spawned call, and the mark that they are complete. */
export const jobFile = `${stateFolder}/job`;
export const jobReadyFile = `${stateFolder}/job-ready`;
/** What a spawned call gave so far, and the mark that there will be no more. */
export const outcomeFile = `${stateFolder}/outcome`;
export const outcomeDoneFile = `${stateFolder}/outcome-done`;
/** Where the volume is mounted that keeps results of spawned calls. */
export const resultsFolder = '/hypernodes-results';
