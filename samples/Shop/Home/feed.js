const at = id => document.getElementById(id);
const version = document.body.dataset.version;
const prices = [];
let last = 0, events = 0, missed = 0;

// EventSource reconnects by itself and sends the last id it saw: over a roll the count of missed events stays 0.
new EventSource('/events').addEventListener('price', e => {
  const tick = JSON.parse(e.data);
  if (last > 0) missed += Math.max(0, tick.seq - last - 1);
  last = tick.seq;
  events++;
  prices.push(tick.price);
  if (prices.length > 150) prices.shift();
  at('price').textContent = '€ ' + tick.price.toFixed(2);
  at('source').textContent = tick.instance;
  at('events').textContent = events;
  at('missed').textContent = missed;
  at('newer').classList.toggle('shown', tick.version !== version);
  draw();
});

function draw() {
  const canvas = at('chart'), scale = window.devicePixelRatio || 1;
  const width = canvas.width = canvas.clientWidth * scale, height = canvas.height = canvas.clientHeight * scale;
  const low = Math.min(...prices), high = Math.max(...prices, low + 0.1);
  const pen = canvas.getContext('2d');
  pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--accent');
  pen.lineWidth = 2 * scale;
  pen.lineJoin = 'round';
  pen.beginPath();
  prices.forEach((price, i) => {
    const x = width * i / 149, y = height * (0.95 - 0.9 * (price - low) / (high - low));
    if (i === 0) pen.moveTo(x, y); else pen.lineTo(x, y);
  });
  pen.stroke();
}

at('buy').addEventListener('click', async () => {
  at('buy').disabled = true;
  const line = document.createElement('li');
  try {
    const answer = await (await fetch('/api/checkout', { method: 'POST' })).json();
    line.textContent = `${answer.order.slice(-12)} taken by ${answer.instance} (${answer.version})`;
  } catch {
    line.textContent = 'The order was lost.';
  }
  at('orders').prepend(line);
  while (at('orders').children.length > 5) at('orders').lastChild.remove();
  at('buy').disabled = false;
});

// The cart lies in the session: it is still there when another instance, or another version, answers.
async function cart(request) {
  try {
    const answer = await (await fetch('/api/cart', request)).json();
    at('cart').replaceChildren(...Object.entries(answer.items).map(([item, quantity]) => {
      const line = document.createElement('li');
      line.textContent = `${quantity} × ${item}`;
      return line;
    }));
  } catch {
    // Tried again with the next click.
  }
}

at('add').addEventListener('click', () => cart({
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ item: 'tea', quantity: 1 }),
}));
cart();
