// Words of the member's language, put into the page by the template tag `words_for_scripts`.
const block = document.getElementById("words");
const words = block ? JSON.parse(block.textContent) : {};

export function word(name, values = {}) {
  return (words[name] ?? name).replace(/%\((\w+)\)s/g, (_whole, key) => values[key] ?? "");
}
