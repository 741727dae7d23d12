"""The reference of the tills: Flask that validates a body in our own schemas, and echoes it."""

from flask import Flask, jsonify, request

from adapter.protocols.fidelizacion import schemas

app = Flask(__name__)


@app.get("/healthz")
def alive():
    """Say that the process answers."""
    return jsonify(status="ok")


@app.post("/v1/member/details")
def details():
    """Check who is asked for, and say it back."""
    document = request.get_json()
    schemas.of_details(document)
    return jsonify(document)


@app.post("/v1/transaction")
def transaction():
    """Check the sale, and say it back."""
    document = request.get_json()
    schemas.of_transaction(document)
    return jsonify(document)


@app.post("/v1/payment")
def payment():
    """Check the payment, and say it back."""
    document = request.get_json()
    schemas.of_payment(document, verified=False)
    return jsonify(document)
