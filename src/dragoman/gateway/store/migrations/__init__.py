"""The migrations, as Alembic wants them laid out: `env`, and one file a migration in `versions`."""
