// Every map of the page zooms: by buttons, wheel, dragging, and + - 0 and arrows on the keyboard. Nothing comes from
// elsewhere; where scripts are off, the map is seen as a whole.
for (const map of document.querySelectorAll('main svg[viewBox]')) {
  const [left, top, width, height] = map.getAttribute('viewBox').split(' ').map(Number);
  const most = 64;
  const view = { x: left, y: top, width };
  const between = (low, value, high) => Math.min(high, Math.max(low, value));
  const dots = [...map.querySelectorAll('circle')].map((dot) => [dot, Number(dot.getAttribute('r'))]);

  function show() {
    const scale = view.width / width;
    view.x = between(left, view.x, left + width - view.width);
    view.y = between(top, view.y, top + height * (1 - scale));
    map.setAttribute('viewBox', `${view.x} ${view.y} ${view.width} ${height * scale}`);
    for (const [dot, radius] of dots) dot.setAttribute('r', radius * scale);
  }

  // fx, fy: the place that stays where it is, as shares of the map's width and height
  function zoom(factor, fx = 0.5, fy = 0.5) {
    const next = between(width / most, view.width / factor, width);
    view.x += fx * (view.width - next);
    view.y += fy * (view.width - next) * (height / width);
    view.width = next;
    show();
  }

  function move(dx, dy) {
    view.x += dx * view.width;
    view.y += dy * view.width * (height / width);
    show();
  }

  const share = (event) => {
    const box = map.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  map.addEventListener('wheel', (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.5 : 1 / 1.5, ...share(event));
  }, { passive: false });
  let held = null;
  map.addEventListener('pointerdown', (event) => { held = share(event); map.setPointerCapture(event.pointerId); });
  map.addEventListener('pointermove', (event) => {
    if (!held) return;
    const now = share(event);
    move(held[0] - now[0], held[1] - now[1]);
    held = now;
  });
  for (const end of ['pointerup', 'pointercancel']) map.addEventListener(end, () => { held = null; });

  const keys = {
    '+': () => zoom(2), '=': () => zoom(2), '-': () => zoom(0.5), 0: () => zoom(0),
    ArrowLeft: () => move(-0.2, 0), ArrowRight: () => move(0.2, 0),
    ArrowUp: () => move(0, -0.2), ArrowDown: () => move(0, 0.2),
  };
  map.tabIndex = 0;
  map.addEventListener('keydown', (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });

  const bar = document.createElement('div');
  bar.className = 'zoom';
  for (const [sign, key, title] of [
    ['+', '+', 'Phóng to · Zoom in'], ['−', '-', 'Thu nhỏ · Zoom out'], ['⤢', 0, 'Toàn cảnh · Whole map'],
  ]) {
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', textContent: sign, title, onclick: keys[key] });
    button.setAttribute('aria-label', title);
    bar.append(button);
  }
  const frame = document.createElement('div');
  map.before(frame);
  frame.append(bar, map);
}
