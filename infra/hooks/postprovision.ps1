# azd runs this after it has provisioned, on Windows. It does what postprovision.sh does, which says why.
$ErrorActionPreference = 'Stop'

$parameters = (Get-Content infra/main.parameters.json -Raw | ConvertFrom-Json).parameters
foreach ($secret in $parameters.secretValues.value.PSObject.Properties) {
    $name = $secret.Value.Trim('$', '{', '}')
    if ([Environment]::GetEnvironmentVariable($name)) {
        # An argument of its own would be lost when empty, so it is part of one.
        azd env set "$name=" | Out-Null
        if ($LASTEXITCODE -ne 0) { exit 1 }
        Write-Output "$name is in the vault $env:AZURE_KEY_VAULT_NAME."
    }
}

Write-Output ''
Write-Output "The app: $env:API_BASE_URL"
Write-Output "Its keys: az keyvault secret show --vault-name $env:AZURE_KEY_VAULT_NAME --name operator-api-key --query value --output tsv"
Write-Output 'Credentials of vendors, payments and mail: docs/deployment.md, "Secrets".'
