// The OpenAPI document in Swagger UI, served from here: no validator, no remote document, no query configuration.

const viewer = document.getElementById("api-docs");

window.SwaggerUIBundle({
  domNode: viewer,
  url: viewer.dataset.document,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  queryConfigEnabled: false,
  validatorUrl: null,
});
