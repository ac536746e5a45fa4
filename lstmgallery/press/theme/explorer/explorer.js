// The explorer of a network that reads short sequences.
import { Network } from "./network.js";
import { begin, gallery, readWith } from "./opening.js";
import { sequences } from "./sequences.js";

if (gallery.data) {
  const network = new Network(gallery.data);
  readWith(network);
  begin(network, sequences());
}
