"""temp"""
from relu_ufunc._operations import Operation
def docstring(operation: Operation) -> str:
    return ""
