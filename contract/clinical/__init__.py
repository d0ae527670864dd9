"""What a clinical task is made of where its tables are MIMIC-IV's: quantities, outcomes, codes, a patient's history."""
