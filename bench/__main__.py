"""`make bench`: every measurement, one after the other."""

from bench import fidelizacion, koshelek, swip

if __name__ == "__main__":
    koshelek.main()
    fidelizacion.main()
    swip.main()
