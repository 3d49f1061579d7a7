"""The desk as a WSGI application. In a web server's own process it finds its database before it serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reskontra.settings")
os.environ.setdefault("RESKONTRA_SERVING", "1")  # whoever loads this serves, and signs with the kept key
application = get_wsgi_application()  # loads the apps, which everything below it stands on

from reskontra.desk.ready import be_ready  # noqa: E402

be_ready()
