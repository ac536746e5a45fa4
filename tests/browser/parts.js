// The parts of the explorer that work on their own, for tests: joined after its modules and added to a page.
Object.assign((window.lstmgallery ??= {}), {
  address: { defaultState, formatAddress, parseAddress },
  changes: { changesAt, describeChange, formatChange, parseChange },
  dom: { ticksBetween },
  language: { rightAnswers },
  print: { brief, glyph, listed, number, percent, shade },
  search: { countHeldOut, findNeurons, likeSpans, marginOf },
  ...{ Finder, MOST_WRITTEN, Network, Reading },
  timing: { Debounce },
  text: { decodeHalves, likeliest, Running, SlicedReader, wrap },
  ...{ chooseToken, decodeFloats, describeWritten, draw, randomFrom, readAll },
  ...{ showOutcome, splitText, writeOn },
});
