"""`make bench`: every measurement, one after the other."""

from bench import koshelek

if __name__ == "__main__":
    koshelek.main()
