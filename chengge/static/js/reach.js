// A table that is wider than its room can be moved with the keyboard, too.

/** Make every table below `root` that scrolls sideways reachable by Tab. */
export function reach(root) {
  for (const room of root.querySelectorAll(".table-room, .table-scroll")) {
    if (room.scrollWidth > room.clientWidth) room.tabIndex = 0;
  }
}
