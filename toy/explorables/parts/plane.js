// Where a pointer is in an element's own px, also where a page is drawn larger than it is laid out.

/** What d3's `pointer` takes in place of `node`, HTML or SVG: places in it are then in the px of its layout. */
export function planeOf(node) {
  if (node.ownerSVGElement) return node;
  const matrix = () => {
    const { left, top, width } = node.getBoundingClientRect();
    const scale = width / node.offsetWidth || 1;
    return new DOMMatrix([scale, 0, 0, scale, left + scale * node.clientLeft, top + scale * node.clientTop]);
  };
  return { createSVGPoint: () => new DOMPoint(), getScreenCTM: matrix };
}
