"""The reference: Flask reading the same headers and body, and answering without a database."""

from flask import Flask, jsonify, request

app = Flask(__name__)
TILL = ("Authorization", "X-Merchant-ID", "X-Store-ID", "X-Cash-ID", "Api-Version")


@app.get("/healthz")
def alive():
    """Say that the process answers."""
    return jsonify(status="ok")


@app.get("/v1/card/<number>")
def show(number: str):
    """Answer a document as large as a card with its balance."""
    bonuses = [{"description": "Purchase", "amount": "100", "validUntil": "2030-01-01"}] * 3
    barcode = {"barcodeNumber": number, "barcodeType": "CODE_128"}
    bonus = {"total": "300", "available": "300", "bonuses": bonuses}
    authorised = bool(request.authorization)
    card = {"cardNumber": number, "cardState": "active", "barcode": barcode, "bonus": bonus}
    return jsonify(card=card) if authorised else ("", 401)


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
