"""Objection and repair (异议、信用修复): where each stands, and what it may come to."""
