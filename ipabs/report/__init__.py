"""Results shown: exhibits, and the page that carries them."""
