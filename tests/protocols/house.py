"""What every application of these tests is set up with."""

SECRET_KEY = "of-the-tests-and-of-nobody-else-!"
