from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keras reads its settings on import; if there are none, it writes them to the home folder."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KERAS_BACKEND", "tensorflow")
        environment.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        environment.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
        yield
