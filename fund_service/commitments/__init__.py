"""The commitment ladder: claims on documents, their verification, expiry, and the promises that were kept."""
