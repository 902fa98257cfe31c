// What is drawn of slow arithmetic, kept while its arguments stay as they are.

/** `make` of the same arguments as the time before is not computed again. */
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
