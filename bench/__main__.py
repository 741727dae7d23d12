"""`make bench`: every measurement, one after the other."""

from bench import fidelizacion, koshelek

if __name__ == "__main__":
    koshelek.main()
    fidelizacion.main()
