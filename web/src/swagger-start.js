// Loaded by the API's documentation page; a file of its own, because the page's policy allows no script within it.
const place = document.getElementById('swagger-ui');
SwaggerUIBundle({url: place.dataset.document, domNode: place, validatorUrl: null, deepLinking: true});
