"""The zoo of bands 0xx, 1xx and PK: the smallest plugin that is wrong in just one way, per code.

A check that all types share has one specimen, of a type in which the fault stands alone.
"""

from __future__ import annotations

from faulty_plugins.healthy import BACKEND, CONTEXT, DEPLOYMENT, GATEWAY, HEADERS, REPOSITORY, SOURCE
from faulty_plugins.specimen import Specimen

LAZY = "def open_store(store_uri, artifact_uri=None):\n    raise NotImplementedError\n"

CIRCULAR = """
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore


class Store(SqlAlchemyStore):
    pass
"""

SILENT = REPOSITORY.partition("    def delete_artifacts")[0]

BROKEN_LOGIN = """
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider


class Login(RequestAuthProvider):
    def get_name(self):
        return "acme"

    def get_auth(self):
        return None


del Login.get_auth
"""

FIRST = """
import sys

sys.modules["mlflow"]


def open_store(store_uri, artifact_uri=None):
    raise NotImplementedError
"""

SLOW = (
    """
import sys
import time

if "mlflow.server" in sys.modules:  # MLflow is complete: only the measured import is slow
    time.sleep({seconds})

"""
    + LAZY
)

NETWORK = """
import contextlib
import socket

with contextlib.suppress(OSError):
    socket.create_connection(("127.0.0.1", 9), 0.5)

""" + LAZY

CONSTRUCTOR = """
from mlflow.data.dataset import Dataset


class AcmeDataset(Dataset):
    def _compute_digest(self) -> str:
        return "1"

    @property
    def profile(self):
        return None

    @property
    def schema(self):
        return None


"""


def zoo(import_seconds: float) -> tuple[Specimen, ...]:
    """All specimens; `import_seconds`: several times what `import mlflow` takes here."""
    return (*COMMON, slow(import_seconds), *OF_ONE_TYPE, *DISTRIBUTIONS)


def slow(seconds: float) -> Specimen:
    return Specimen(
        "is-slow",
        "tracking_store",
        SLOW.format(seconds=seconds),
        "open_store",
        code="TS109",
        says="importing it takes",
    )


COMMON: tuple[Specimen, ...] = (
    Specimen(
        "bad-name",
        "tracking_store",
        LAZY,
        "open_store",
        entry="bad_name",
        code="TS001",
        says="'bad_name' is no URI scheme (has an illegal character",
    ),
    Specimen(
        "bad-case",
        "tracking_store",
        LAZY,
        "open_store",
        entry="BadCase",
        code="TS001",
        says="use 'badcase'",
    ),
    Specimen(
        "bad-digit",
        "artifact_repository",
        REPOSITORY,
        "Repository",
        entry="1bad",
        code="AR001",
        says="starts with no letter",
    ),
    Specimen(
        "bad-constructor",
        "dataset_constructor",
        CONSTRUCTOR + "def acme(name=None, digest=None) -> AcmeDataset:\n    return None\n",
        "acme",
        entry="acme",
        code="DC001",
        says="must start with from_ or load_",
        also=("DC101", "DC102", "DC103"),
    ),
    Specimen(
        "no-attribute",
        "project_backend",
        "backend = None\n",
        "Backend",
        code="PB002",
        says="no_attribute does not define 'Backend'",
        also=("PB105",),
    ),
    Specimen(
        "no-module",
        "project_backend",
        "",
        "left_out_of_the_wheel:backend",
        code="PB002",
        says="there is no module left_out_of_the_wheel in no-module 1.0",
        also=("PB104", "PB105"),
    ),
    Specimen(
        "no-python",
        "project_backend",
        "def backend(:\n",
        "backend",
        code="PB002",
        says="no_python.py is no valid Python",
        also=("PB104", "PB105"),
    ),
    Specimen(
        "no-uris",
        "artifact_repository",
        REPOSITORY.replace(", tracking_uri=None, registry_uri=None", "").replace(
            ", tracking_uri, registry_uri", ""
        ),
        "Repository",
        code="AR003",
        says="'tracking_uri'",
        also=("AR106",),
    ),
    Specimen(
        "no-tags",
        "run_context_provider",
        CONTEXT.partition("    def tags")[0],
        "Context",
        code="RC004",
        says="1 abstract methods are missing: tags",
        also=("RC108",),
    ),
    Specimen(
        "is-silent",
        "artifact_repository",
        SILENT,
        "Repository",
        code="AR005",
        says="delete_artifacts",
    ),
    Specimen(
        "renames-an-argument",
        "deployments",
        DEPLOYMENT.replace("def predict(self, deployment_name=None, inputs", "def predict(self, "
                           "deployment_name=None, df").replace("return inputs", "return df"),
        "",
        code="DP006",
        says="predict: got an unexpected keyword argument 'inputs'",
    ),
    Specimen(
        "is-empty",
        "run_context_provider",
        CONTEXT.replace("return {}", "pass"),
        "Context",
        code="RC007",
        says="methods that do nothing: tags",
    ),
    Specimen(
        "drops-attachments",
        "artifact_repository",
        REPOSITORY + "\n    def upload_attachment(self, attachment_id, content_bytes): ...\n",
        "Repository",
        code="AR007",
        says="methods that do nothing: upload_attachment",
    ),
    Specimen(
        "is-s3",
        "artifact_repository",
        REPOSITORY,
        "Repository",
        entry="s3",
        code="AR008",
        says="replaces MLflow's own 's3'",
    ),
    Specimen(
        "has-the-name",
        "tracking_store",
        LAZY,
        "open_store",
        entry="acme",
        code="TS009",
        says="has-the-name-too has the same name",
    ),
    Specimen(
        "has-the-name-too",
        "tracking_store",
        LAZY,
        "open_store",
        entry="acme",
        code="TS009",
        says="has-the-name has the same name",
    ),
    Specimen(
        "uses-os",
        "request_header_provider",
        HEADERS.replace("import os\n", ""),
        "Headers",
        code="RH011",
        says="uses 'os', which is not defined",
    ),
    Specimen(
        "is-circular",
        "tracking_store",
        CIRCULAR,
        "Store",
        code="TS101",
        says="MLflow warns and does without it",
        also=("TS003", "TS102", "TS103", "TS106"),
    ),
    Specimen(
        "is-fatal",
        "tracking_store",
        "import os\n\nos.environ['ACME_TOKEN_THAT_IS_NOT_SET']\n\n" + LAZY,
        "open_store",
        code="TS102",
        says="breaks `import mlflow` for everybody in the environment: KeyError",
        also=("TS101", "TS103", "TS104"),
    ),
    Specimen(
        "breaks-the-server",
        "model_registry_store",
        "import sys\n\nif 'mlflow.server' in sys.modules:\n    raise ValueError('no server')\n\n"
        "def open_store(store_uri):\n    raise NotImplementedError\n",
        "open_store",
        code="MR103",
        says="no server",
    ),
    Specimen(
        "comes-second",
        "tracking_store",
        FIRST,
        "open_store",
        code="TS104",
        says="importing its module in a clean process raises KeyError: 'mlflow'",
    ),
    Specimen(
        "fails-on-use",
        "project_backend",
        "import no_such_dependency\n" + BACKEND,
        "backend",
        code="PB105",
        says="No module named 'no_such_dependency'",
        also=("PB104",),
    ),
    Specimen(
        "is-made-at-run-time",
        "tracking_store",
        "open_store = eval('lambda store_uri: None')\n",
        "open_store",
        code="TS106",
        says="unexpected keyword argument 'artifact_uri'",
    ),
    Specimen(
        "is-a-number",
        "tracking_store",
        "store = 5\n",
        "store",
        code="TS107",
        says="the entry point names an object; MLflow expects a class or builder",
        also=("TS106",),
    ),
    Specimen(
        "is-no-executor",
        "job_executors",
        "class Executor:\n    def __init__(self, config):\n        self.config = config\n",
        "Executor",
        code="JE107",
        says="it is no subclass of mlflow.server.jobs.executor.AbstractJobExecutor",
        also=("JE004", "JE105", "JE108"),
    ),
    Specimen(
        "deletes-a-method",
        "request_auth_provider",
        BROKEN_LOGIN,
        "Login",
        code="RA108",
        says="get_auth",
    ),
    Specimen(
        "connects",
        "tracking_store",
        NETWORK,
        "open_store",
        code="TS110",
        says="127.0.0.1:9",
    ),
    Specimen(
        "prints",
        "tracking_store",
        "print('Welcome to Acme!')\n" + LAZY,
        "open_store",
        code="TS111",
        says="Welcome to Acme!",
    ),
)

OF_ONE_TYPE: tuple[Specimen, ...] = (
    Specimen(
        "drops-the-guard",
        "artifact_repository",
        REPOSITORY + "\n    def download_artifacts(self, artifact_path, dst_path=None):\n"
        "        return dst_path\n",
        "Repository",
        code="AR020",
        says="drops MLflow's guard against hostile paths",
    ),
    Specimen(
        "no-run-id",
        "project_backend",
        BACKEND.replace("    @property\n    def run_id(self):\n        return self._run_id\n", ""),
        "backend",
        code="PB020",
        says="Handle lacks run_id",
    ),
    Specimen(
        "no-help",
        "deployments",
        DEPLOYMENT.replace("target_help", "help_text"),
        "",
        code="DP020",
        says="lacks target_help",
        also=("DP105",),
    ),
    Specimen(
        "help-is-text",
        "deployments",
        DEPLOYMENT.replace("def target_help():\n    return ", "target_help = "),
        "",
        code="DP021",
        says="MLflow calls target_help(), and it is no function but 'help'",
    ),
    Specimen(
        "runs-another-way",
        "deployments",
        DEPLOYMENT.replace(
            "model_uri, flavor=None, config=None):\n    raise NotImplementedError",
            "model_uri):\n    return model_uri",
        ),
        "",
        code="DP021",
        says="too many positional arguments",
    ),
    Specimen(
        "has-no-config",
        "gateway.providers",
        GATEWAY.replace("    CONFIG_TYPE = Config\n", ""),
        "Provider",
        code="GP020",
        says="Provider has no CONFIG_TYPE",
    ),
    Specimen(
        "has-another-config",
        "gateway.providers",
        GATEWAY.replace("Config(ConfigModel)", "Config"),
        "Provider",
        code="GP020",
        says="Provider.CONFIG_TYPE is Config, which is no subclass of",
    ),
    Specimen(
        "no-digest",
        "dataset_constructor",
        CONSTRUCTOR + "def from_paper(path, name=None) -> AcmeDataset:\n    return None\n",
        "from_paper",
        entry="from_paper",
        code="DC020",
        says="the function has no parameter digest",
        also=("DC101", "DC102", "DC103"),
    ),
    Specimen(
        "textual-annotation",
        "dataset_constructor",
        "from __future__ import annotations\n"
        + CONSTRUCTOR
        + "def from_text(name=None, digest=None) -> AcmeDataset:\n    return None\n",
        "from_text",
        entry="from_text",
        code="DC021",
        says="from __future__ import annotations",
        also=("DC101", "DC102", "DC103"),
    ),
    Specimen(
        "no-colon",
        "app",
        "import fastapi\n\napp = fastapi.FastAPI()\n",
        "",
        code="AP020",
        says="'no_colon' has no object after the module",
        also=("AP105", "AP107"),
    ),
    Specimen(
        "is-flask",
        "app",
        "from flask import Flask\n\napp = Flask(__name__)\n",
        "app",
        code="AP120",
        says="under uvicorn it answers 500 to every request",
    ),
)

OF_ONE_TYPE += (
    Specimen(
        "needs-arguments",
        "app",
        "def create_app(config):\n    from fastapi import FastAPI\n\n    return FastAPI()\n",
        "create_app",
        code="AP021",
        says="create_app is called without arguments: missing a required argument: 'config'",
    ),
    Specimen(
        "makes-flask",
        "app",
        "from flask import Flask\n\n\ndef make():\n    return Flask(__name__)\n\n\n"
        "def create_app():\n    app = make()\n    app.debug = True\n    return app\n",
        "create_app",
        code="AP022",
        says="create_app returns a Flask application (Flask)",
    ),
    Specimen(
        "is-text",
        "app",
        "app = 'acme'\n",
        "app",
        code="AP107",
        says="the entry point names an object; MLflow expects an app",
    ),
    Specimen(
        "is-a-coroutine",
        "project_backend",
        BACKEND.replace("def backend", "async def backend"),
        "backend",
        code="PB012",
        says="backend is a coroutine function",
    ),
    Specimen(
        "answers-text",
        "tracking_store",
        'def open_store(store_uri, artifact_uri=None):\n    """Open it."""\n    return "acme"\n',
        "open_store",
        code="TS012",
        says="open_store returns 'acme'; MLflow needs an object",
    ),
    Specimen(
        "answers-nothing",
        "tracking_store",
        "def open_store(store_uri, artifact_uri=None):\n    store = object()\n",
        "open_store",
        code="TS012",
        says="open_store returns nothing; MLflow needs an object",
    ),
    Specimen(
        "drops-files",
        "artifact_repository",
        REPOSITORY.replace("        self.files.pop(artifact_path, None)\n", "        return None\n"),
        "Repository",
        code="AR007",
        says="methods that do nothing: delete_artifacts",
    ),
    Specimen(
        "is-not-awaited",
        "run_context_provider",
        CONTEXT.replace("def tags", "async def tags"),
        "Context",
        code="RC006",
        says="tags: it is a coroutine function, and MLflow does not await it",
    ),
    Specimen(
        "is-of-the-instance",
        "dataset_source",
        SOURCE.replace("@staticmethod\n    def _can_resolve(", "def _can_resolve(self, "),
        "Source",
        code="DS006",
        says="_can_resolve: it is a method, MLflow's is a static method",
    ),
)

DISTRIBUTIONS: tuple[Specimen, ...] = (
    Specimen(
        "needs-nothing",
        "run_context_provider",
        CONTEXT,
        "Context",
        code="PK001",
        says="requires neither mlflow nor mlflow-skinny",
        requires=("requests",),
    ),
    Specimen(
        "needs-any",
        "run_context_provider",
        CONTEXT,
        "Context",
        code="PK002",
        says="mlflow<99 has no lower bound",
        requires=("mlflow<99",),
    ),
    Specimen(
        "holds-back",
        "run_context_provider",
        CONTEXT,
        "Context",
        code="PK003",
        says="does not admit the installed mlflow",
        requires=("mlflow>=1,<2",),
    ),
    Specimen(
        "another-python",
        "run_context_provider",
        CONTEXT,
        "Context",
        code="PK004",
        says="Requires-Python: >=4.0 leaves out this Python",
        requires_python=">=4.0",
    ),
    Specimen(
        "forgets-one",
        "run_context_provider",
        CONTEXT + HEADERS,
        "Context",
        code="PK005",
        says="forgets_one.Headers is a request_header_provider, and no entry point in "
        "mlflow.request_header_provider names it",
    ),
    Specimen(
        "forgets-a-faulty-one",
        "run_context_provider",
        CONTEXT + HEADERS.replace("import os\n", "").replace("request_headers(self)", "headers()"),
        "Context",
        code="PK010",
        says="forgets_a_faulty_one.Headers: abstract methods are missing: request_headers; "
        "forgets_a_faulty_one.Headers: forgets_a_faulty_one.py:",
        also=("PK005",),
    ),
    Specimen(
        "has-a-slip",
        "run_context_provider",
        CONTEXT,
        "Context",
        code="PK006",
        says="no MLflow reads the group mlflow.tracking_stores; did you mean mlflow.tracking_store",
        more={"mlflow.tracking_stores": {"slip": "has_a_slip:Context"}},
    ),
    Specimen(
        "store",
        "run_context_provider",
        CONTEXT,
        "Context",
        entry="common-name",
        code="PK007",
        says="the import package is called store",
    ),
    Specimen(
        "no-version",
        "run_context_provider",
        CONTEXT,
        "Context",
        version="banana",
        code="PK009",
        says="'banana' is no version (PEP 440)",
    ),
)
"""PK008 looks at a project folder, which these have not: see the plugin page's own example."""
