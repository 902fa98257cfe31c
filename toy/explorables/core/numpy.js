// What the mirror of toy needs of NumPy: a function here has the meaning of the one that numpy has by its name.

export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The number of a place in a table of this shape, where the last index runs fastest. */
export const ravelMultiIndex = (indices, shape) => indices.reduce((number, i, axis) => number * shape[axis] + i, 0);

/** The indices of the place that has a number. */
export function unravelIndex(number, shape) {
  const indices = [];
  for (let axis = shape.length - 1, rest = number; axis >= 0; rest = Math.floor(rest / shape[axis--])) {
    indices.unshift(rest % shape[axis]);
  }
  return indices;
}
