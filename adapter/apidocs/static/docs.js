// Shows the document that the page names. Nothing is sent anywhere but to this server.
"use strict";

const place = document.getElementById("document");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
