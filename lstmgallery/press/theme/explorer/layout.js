// What the parts of the page agree on, so that their columns stand under each other.

export const PITCH = 35; // px from one column to the next; the stylesheet sets the same width
