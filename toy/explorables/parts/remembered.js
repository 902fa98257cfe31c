// Slow work, done again only when what it is made from has changed.

/** `make` of the same arguments as the time before is not computed again; functions among them do not count. */
export function remembered(make) {
  let key;
  let value;
  return (...args) => {
    const now = JSON.stringify(args);
    if (now !== key) value = make(...args);
    key = now;
    return value;
  };
}
