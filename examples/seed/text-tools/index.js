export const initials = (text) =>
  text
    .split(/\s+/)
    .map((word) => word[0])
    .join('');
