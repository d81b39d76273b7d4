"""What MLflow's own client sees of a registered model's champion: mlflow_client.py URI NAME"""
import sys

import mlflow
from mlflow import MlflowClient

uri, name = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient(tracking_uri=uri)
version = client.get_model_version_by_alias(name, "champion")
run = client.get_run(version.run_id)
print("id", run.data.tags["trigloop.id"])
for key, value in sorted(run.data.params.items()):
    print(f"parameter {key}={value}")
print("metric loss", *(f"{m.step}:{m.value}" for m in sorted(client.get_metric_history(run.info.run_id, "loss"), key=lambda m: m.step)))
print("tag note=" + run.data.tags["note"])
path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="files/sub/model.onnx", tracking_uri=uri)
print("file", open(path).read())
