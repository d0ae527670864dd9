"""Flower's two apps: what a hospital does when it is asked, and what whoever conducts the rounds does with the answers.

The training is the envoy's, the counting, screening and combining are the director's rules; Flower carries messages.
"""
