// Elements, made and copied from. Text is only ever set as text: nothing a model or a server says becomes markup.

/** The element with an id. */
export const at = (id) => document.getElementById(id);

/**
 * An element.
 *
 * @param {string} name its tag
 * @param {Record<string, string | boolean>} attributes true is present without a value, false is absent
 * @param {...(Node | string)} children what it holds
 */
export function node(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/**
 * A sentence in which `names` between backticks are set as code.
 *
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function prose(text) {
  return text.split("`").map((part, place) => (place % 2 ? node("code", {}, part) : part));
}

/**
 * Figures with their names, for a `<dl class="figures">`; a dash for each that is not known.
 *
 * @param {Record<string, string | null | undefined>} shown
 */
export function figures(shown) {
  return Object.entries(shown).map(([name, value]) =>
    node("div", {}, node("dt", {}, name), node("dd", { class: value ? "" : "unknown" }, value || "–")),
  );
}

/**
 * Let a button copy a text, and say that it did.
 *
 * @param {HTMLButtonElement} button
 * @param {() => string} text what to copy, asked when it is pressed
 */
export function copies(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser refuses";
    }
    setTimeout(() => (button.textContent = label), 1600);
  });
}
