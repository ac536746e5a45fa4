// The formal languages: the token that must come next, where the language leaves no choice. A task without a rule here
// has no right answers.
(() => {
  "use strict";
  const parts = (window.lstmgallery ??= {});
  const END = "<end>";

  /** Return what must follow `written` when `whole` has to be written, then the end; null if it has gone astray. */
  function remaining(whole, written) {
    if (!whole.startsWith(written)) return null;
    return whole[written.length] ?? END;
  }

  const count = (text, letter) => text.split(letter).length - 1;

  /** By kind of task: what must follow a prefix, or null where there is a choice or the prefix breaks the rule. */
  const RULES = {
    counting(prefix) {
      const [, before, written] = /^(a+)X(b*)$/.exec(prefix) ?? [];
      return before === undefined ? null : remaining("b".repeat(before.length), written);
    },
    "selective-counting"(prefix) {
      const [, before, written] = /^([aX]*a[aX]*)Y(b*)$/.exec(prefix) ?? [];
      return before === undefined ? null : remaining("b".repeat(count(before, "a")), written);
    },
    "state-memory"(prefix) {
      const [, letter, written] = /^([AB])x+Y([ab]?)$/.exec(prefix) ?? [];
      return letter === undefined ? null : remaining(letter.toLowerCase(), written);
    },
    copying(prefix) {
      const [, letters, written] = /^([abc]{3})X([abc]*)$/.exec(prefix) ?? [];
      return letters === undefined ? null : remaining(letters, written);
    },
  };

  /**
   * Return, for each step, the token that must come next, or null. Step k has read k characters.
   * @param {string} task kind of the task
   * @param {string[]} tokens those read, the start token first
   * @param {(string | null)[]} [known] the answers of the first steps, where they are known
   * @returns {(string | null)[]}
   */
  function rightAnswers(task, tokens, known = []) {
    const rule = RULES[task];
    if (!rule) return tokens.map(() => null);
    const answers = known.slice(0, tokens.length);
    let prefix = tokens.slice(1, answers.length).join("");
    for (let step = answers.length; step < tokens.length; step += 1) {
      if (step > 0) prefix += tokens[step];
      answers.push(rule(prefix));
    }
    return answers;
  }

  parts.language = { rightAnswers, hasRule: (task) => task in RULES };
})();
