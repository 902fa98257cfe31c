// A claim is asked before its verdict opens. An answer is one press or one key, is kept in this browser,
// and stands until it is taken back. The HTML is written by book/extensions/claims.py.
(() => {
  const KEPT = "rlhf-exactly-claims";
  const WORDS = { true: "true", false: "false", depends: "it depends" };

  // A browser that keeps nothing asks all the same.
  function read() {
    try {
      return { ...JSON.parse(localStorage.getItem(KEPT)) };
    } catch {
      return {};
    }
  }

  function keep(key, answer) {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ ...read(), [key]: answer })); // undefined is not written
    } catch {
      // The page shows the answer as long as it is open.
    }
  }

  const isAnswer = (value) => Object.hasOwn(WORDS, value);

  const sentence = (said, verdict) =>
    said === verdict
      ? `You said ${WORDS[said]}, and so do the numbers.`
      : `You said ${WORDS[said]}; the numbers say: ${WORDS[verdict]}.`;

  /** Show a box as it is once its reader has said something, or nothing. */
  function show(box, said) {
    const asked = box.querySelector(".claim-ask");
    for (const button of asked.querySelectorAll("[aria-pressed]")) {
      const chosen = button.value === said;
      button.ariaPressed = String(chosen);
      button.disabled = Boolean(said) && !chosen;
    }
    asked.querySelector(".claim-back").hidden = !said;
    const line = asked.querySelector(".claim-said");
    line.textContent = said ? sentence(said, asked.dataset.verdict) : "";
    line.classList.toggle("agreed", said === asked.dataset.verdict);
    box.querySelector(".claim-numbers").open = Boolean(said);
  }

  const chosenIn = (box) => box.querySelector(".claim-ask [aria-pressed=true]");

  /** Take an answer, or take the one given back. */
  function answer(box, value) {
    const said = isAnswer(value) && chosenIn(box)?.value !== value ? value : undefined;
    keep(box.querySelector(".claim-ask").dataset.claim, said);
    show(box, said);
  }

  function listen(box) {
    const asked = box.querySelector(".claim-ask");
    box.tabIndex = -1; // a press anywhere in the box, or a link to it, makes its keys work
    asked.addEventListener("click", ({ target, detail }) => {
      const button = target.closest("button");
      if (!button || detail > 1) return; // the second press of a double click means nothing
      const chosen = chosenIn(box);
      answer(box, button.value);
      if (button.hidden) chosen.focus(); // "Take back" has gone
    });
    box.addEventListener("keydown", (event) => {
      const { target, key, repeat, ctrlKey, metaKey, altKey } = event;
      if (repeat || ctrlKey || metaKey || altKey || !(target === box || asked.contains(target))) return;
      const button = [...asked.querySelectorAll("button")].find((one) => one.ariaKeyShortcuts === key.toUpperCase());
      if (!button || button.disabled) return;
      event.preventDefault();
      button.focus(); // another one that has it is about to be disabled
      answer(box, button.value);
    });
  }

  /** Who follows a link to a claim comes to read what the numbers say. */
  function openTarget() {
    const fold = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.querySelector(":scope > .claim-numbers");
    if (fold) fold.open = true;
  }

  function count() {
    const answers = read();
    for (const line of document.querySelectorAll(".claim-tally")) {
      const verdicts = Object.entries(JSON.parse(line.dataset.claims));
      const answered = verdicts.filter(([key]) => isAnswer(answers[key]));
      const agreed = answered.filter(([key, verdict]) => answers[key] === verdict);
      const agree = answered.length > 0 ? `; the numbers agree with ${agreed.length}` : "";
      line.textContent = `You have answered ${answered.length || "none"} of the ${verdicts.length} claims${agree}.`;
    }
  }

  const answers = read();
  for (const box of document.querySelectorAll(".claim:has(> .claim-ask)")) {
    listen(box);
    const said = answers[box.querySelector(".claim-ask").dataset.claim];
    if (isAnswer(said)) show(box, said);
  }
  openTarget();
  addEventListener("hashchange", openTarget);
  addEventListener("pageshow", count); // also when the reader comes back to the page
})();
