"""What goes out of the house: the wheel, what it stands on, and a kit for a hospital without a package index.

It makes files and knows nothing of the product's inside. It is not shipped: ``make release`` and ``make kit`` run it.
"""
