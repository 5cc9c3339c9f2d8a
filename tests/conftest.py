from hypothesis import settings

settings.register_profile("same_everywhere", deadline=None, derandomize=True, max_examples=400)
settings.load_profile("same_everywhere")
