"""Collection agency (OC 6.1.4): hand-over of commercial claims, and what comes back."""
