"""Cases beside the rules (用例): what a rule must and must not do, run through the product itself."""
