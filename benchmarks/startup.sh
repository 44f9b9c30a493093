#!/bin/sh
# Time to the first 200 as a user has it: packs the library, builds the application against the packages, and measures it. About 3 minutes.
# Options go to the command: --pairs 30, --preliminary.
set -eu
cd "$(dirname "$0")/.."
# A version of its own for each run: NuGet keeps what it has once unpacked.
version=0.1.0-local.$(date +%s)
packages=artifacts/local-packages
rm -rf "$packages" artifacts/from-package
for project in Graceful Graceful.AspNetCore Graceful.Redis; do
  dotnet pack "src/$project" -c Release -p:Version="$version" -p:PackReadyToRun=true -o "$packages" --nologo
done
dotnet build benchmarks/Graceful.Benchmarks -c Release -p:GracefulPackage="$version" -p:ArtifactsPath="$PWD/artifacts/from-package" --nologo
exec artifacts/from-package/bin/Graceful.Benchmarks/release/Graceful.Benchmarks startup "$@"
