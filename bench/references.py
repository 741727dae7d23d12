"""The references: Flask views that read the same request, and answer without a database.

Those of the tills validate the body in our own schemas and echo it; the others answer a constant
document as large as ours.
"""

from flask import Flask, jsonify, request

from adapter.protocols.fidelizacion import schemas

app = Flask(__name__)
TILL = ("Authorization", "X-Merchant-ID", "X-Store-ID", "X-Cash-ID", "Api-Version")


@app.get("/healthz")
def alive():
    """Say that the process answers."""
    return jsonify(status="ok")


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


@app.get("/v1/card/<number>")
def show(number: str):
    """Answer a document as large as a card with its balance."""
    bonuses = [{"description": "Purchase", "amount": "100", "validUntil": "2030-01-01"}]
    barcode = {"barcodeNumber": number, "barcodeType": "CODE_128"}
    bonus = {"total": "300", "available": "300", "bonuses": bonuses}
    card = {"cardNumber": number, "cardState": "active", "barcode": barcode, "bonus": bonus}
    return jsonify(card=card) if request.authorization else ("", 401)


@app.post("/v1/card/anonymous")
def issue():
    """Answer a card to the profile that was sent."""
    profile = request.get_json()
    return jsonify(card={"cardNumber": profile["phone"], "cardState": "active"})


@app.get("/customer-loyalty-stats")
def show_points():
    """Answer the same points to whoever sends the five headers of a till."""
    is_whole = all(request.headers.get(name) for name in TILL)
    return jsonify(points=1540) if is_whole else ("", 401)
