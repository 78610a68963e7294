"""cryosim: the digital twin; emulated instruments and the plant behind them."""
