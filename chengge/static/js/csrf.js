// The token that proves that a request comes from a page of ours.
export function csrfToken() {
  const found = document.cookie.split("; ").find((part) => part.startsWith("chengge_csrf="));
  const field = document.querySelector("input[name=csrfmiddlewaretoken]");
  return found ? decodeURIComponent(found.split("=")[1]) : field?.value ?? "";
}
