"""What several adapters need, without any technology: cancellation, files, programs, locks."""
