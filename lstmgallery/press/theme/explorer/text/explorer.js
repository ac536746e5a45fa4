// The explorer of a network that reads real text.
import { find } from "../dom.js";
import { show } from "../drawing.js";
import { Network } from "../network.js";
import { begin, gallery, readWith } from "../opening.js";
import { passages } from "./passages.js";
import { loadWeights } from "./weights.js";

if (gallery.data?.text) {
  const { text } = gallery.data;
  const network = new Network(gallery.data);
  const page = begin(network, passages(network, text));
  if (text.weights === null) {
    readWith(network);
  } else {
    loadWeights(text.weights, network, find("p#loading"), () => gallery.weights, () => {
      readWith(network);
      show(page);
    });
  }
}
