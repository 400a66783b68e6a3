// The test shop's page: a button for each call that window.shop.calls names, and a line with what came of it.
const answers = document.getElementById('answers');

const ways = {
  fetch: (url) => fetch(url),
  post: (url) => fetch(url, { method: 'POST', body: '{}' }),
  'array-headers': (url) => fetch(url, { headers: [['x-shop', 'array']] }),
  'own-header': (url, headers) => fetch(url, { headers }),
  xhr: (url) => new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('GET', url);
    request.onload = () => done(request);
    request.onerror = () => fail(new Error('XMLHttpRequest failed'));
    request.send();
  }),
};

for (const call of window.shop.calls) {
  const button = document.createElement('button');
  button.id = call.id;
  button.textContent = call.id;
  button.addEventListener('click', async () => {
    const line = document.createElement('li');
    line.id = `answer-${call.id}`;
    try {
      line.textContent = String((await ways[call.way](call.url, call.headers)).status);
    } catch (failure) {
      line.textContent = String(failure);
    }
    answers.append(line);
  });
  document.getElementById('calls').append(button);
}

// A page whose main content waits for its data.
if (window.shop.at_load) {
  ways.fetch(window.shop.at_load).then(() => {
    const content = document.createElement('p');
    content.style.fontSize = '60px';
    content.textContent = 'Your orders: a chair, a lamp, a table and four cups';
    document.body.append(content);
  });
}

document.getElementById('break').addEventListener('click', () => { null.items; });
