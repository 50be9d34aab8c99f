"""The matcher measured on judged sets: figures with intervals, by slice, one setting against another."""
