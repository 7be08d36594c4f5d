// The editor of a draft: sums of weights as they are typed, a mark for what is not saved, and a question before what cannot be undone.
const HUNDRED = 100;
const near = (one, other) => Math.abs(one - other) < 1e-9;
const number = (field) => Number(field.value.trim() || 0);
const told = (sum) => String(Math.round(sum * 10000) / 10000);

class WeightSums extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.changed());
    this.show();
  }

  changed() {
    this.show();
    const mark = this.querySelector("[data-unsaved-mark]");
    if (mark) mark.textContent = this.dataset.unsaved;
  }

  show() {
    const weights = [];
    for (const aspect of this.querySelectorAll("[data-aspect]")) {
      const own = number(aspect.querySelector("[data-aspect-weight]"));
      weights.push(own);
      const items = [...aspect.querySelectorAll("[data-weight]")];
      const sum = items.reduce((all, field) => all + number(field), 0);
      const out = aspect.querySelector("[data-sum]");
      if (!items.length || (near(own, 0) && near(sum, 0))) this.say(out, "", true);
      else if (near(sum, HUNDRED)) this.say(out, this.dataset.right, true);
      else if (near(sum, own)) this.say(out, this.dataset.rightOwn, true);
      else this.say(out, this.dataset.wrong.replace("%(sum)s", told(sum)), false);
    }
    const total = weights.reduce((all, one) => all + one, 0);
    const out = this.querySelector("[data-total-sum]");
    if (weights.length) this.say(out, near(total, HUNDRED) ? this.dataset.right : this.dataset.wrong.replace("%(sum)s", told(total)), near(total, HUNDRED));
  }

  say(out, words, right) {
    out.textContent = words;
    out.classList.toggle("sum-wrong", !right);
  }
}

customElements.define("weight-sums", WeightSums);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sure]");
  if (button && !window.confirm(button.dataset.sure)) event.preventDefault();
});
