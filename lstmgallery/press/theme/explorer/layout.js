// Layout constants shared by the parts of the page, so that their columns align.

export const PITCH = 35; // px from one column to the next; the stylesheet has the same width
