# Tells pip for which packages to take the newest release that has wheels; without the GIL, the newest has
# none, and pip would compile it. To be sourced.
export PIP_ONLY_BINARY=numpy,gmpy2,hypothesis,ml_dtypes,ast-serialize
