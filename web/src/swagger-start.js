// Loaded by the API's documentation page; a file of its own, because the page's policy allows no script within it.
const place = document.getElementById('swagger-ui');

/** The token of a session goes with what is tried out (dothi/api/access/cookies.py). */
const addToken = request => {
  const token = /(?:^|; )(?:__Host-)?dothi_csrf(?:_\d+)?=([^;]+)/.exec(document.cookie);
  if (token) request.headers['X-CSRF-Token'] = token[1];
  return request;
};

SwaggerUIBundle({requestInterceptor: addToken, url: place.dataset.document, domNode: place, validatorUrl: null, deepLinking: true});
