# Short names for what the README explains. Without just, type the commands themselves.

default: build

build:
    dotnet build Smplat.sln

# Start the app with everything it needs, on http://localhost:7071.
run:
    dotnet run --project Smplat.Functions

test *filter:
    dotnet test Smplat.sln {{ if filter == "" { "" } else { "--filter FullyQualifiedName~" + filter } }}

format:
    dotnet format Smplat.sln

migrate *arguments:
    dotnet run --project Smplat.Cli -- migrate {{ arguments }}

bench *arguments:
    dotnet run --project Smplat.Benchmarks -c Release -- {{ arguments }}

# What is deployed to Azure.
publish:
    dotnet publish Smplat.Functions -c Release -r linux-x64 --self-contained false -o artifacts/app

# Everything that the pipeline checks.
ci:
    .ci/run

# The lists of docs/walks, written again from the compiled code.
walks:
    SMPLAT_WRITE_WALKS=true dotnet test Smplat.Tests --filter "FullyQualifiedName~WalkTests"

# The table of docs/access-routes.md, written again from the declarations of the functions.
access:
    SMPLAT_WRITE_ACCESS=true dotnet test Smplat.Tests --filter "FullyQualifiedName~AccessTableTests"

# How the source is cut: the table of docs/architecture.md.
figures:
    .ci/figures
