# azd runs this before it provisions, on Windows. It does what preprovision.sh does, which says why.
$ErrorActionPreference = 'Stop'

function Stop-Provisioning([string] $Reason) {
    [Console]::Error.WriteLine($Reason)
    exit 1
}

if (-not $env:AZURE_SUBSCRIPTION_ID) {
    Stop-Provisioning 'The subscription is not chosen yet. Run azd up, which asks for it, or azd env set AZURE_SUBSCRIPTION_ID <id>.'
}
if (-not (Get-Command az -ErrorAction SilentlyContinue)) {
    Stop-Provisioning 'The Azure CLI (az) is needed: it reads which secrets the vault holds.'
}

$group = "rg-$env:AZURE_ENV_NAME"
$exists = az group exists --subscription $env:AZURE_SUBSCRIPTION_ID --name $group
if ($LASTEXITCODE -ne 0) { Stop-Provisioning 'az cannot read the subscription. Run az login.' }
$vault = ''
$names = @()
if ($exists -eq 'true') {
    $vault = az resource list --subscription $env:AZURE_SUBSCRIPTION_ID --resource-group $group `
        --resource-type Microsoft.KeyVault/vaults --query '[0].id' --output tsv
    if ($LASTEXITCODE -ne 0) { Stop-Provisioning 'az cannot list the vault.' }
}
if ($vault) {
    # Parameters of their own: az on Windows is a batch file, which would cut an address at its ampersand.
    $names = @(az rest --method get --url "https://management.azure.com$vault/secrets" `
        --uri-parameters 'api-version=2023-07-01' '$top=200' --query 'value[].name' --output tsv)
    if ($LASTEXITCODE -ne 0) { Stop-Provisioning 'az cannot list the names of the secrets.' }
}

function Set-Generated([string] $Setting, [string] $Secret) {
    if (-not [Environment]::GetEnvironmentVariable($Setting) -and $names -notcontains $Secret) {
        $bytes = [byte[]]::new(36)
        [Security.Cryptography.RandomNumberGenerator]::Fill($bytes)
        azd env set $Setting ([Convert]::ToBase64String($bytes)) | Out-Null
        if ($LASTEXITCODE -ne 0) { Stop-Provisioning "azd did not keep $Setting." }
        Write-Output "Generated $Setting."
    }
}

if (-not $env:DATABASE_PASSWORD -and $names -contains 'smplat-database') {
    Stop-Provisioning "This environment has a database, but DATABASE_PASSWORD is not set here. The password is in the vault's secret smplat-database: azd env set DATABASE_PASSWORD '<password>'."
}
Set-Generated DATABASE_PASSWORD smplat-database
Set-Generated CHECKOUT_API_KEY checkout-api-key
Set-Generated OPERATOR_API_KEY operator-api-key
Set-Generated ADMIN_API_KEY admin-api-key
Set-Generated METRICS_API_KEY metrics-api-key
Set-Generated SMPLAT_LINK_SECRET smplat-link-secret
Set-Generated SMPLAT_OPS_SESSION_SECRET smplat-ops-session-secret
Set-Generated AUTH_LOCKOUT_SECRET auth-lockout-secret

# The template refers to these without being given their values.
azd env set "NAMES_IN_VAULT=$($names -join ',')" | Out-Null
if ($LASTEXITCODE -ne 0) { Stop-Provisioning 'azd did not keep NAMES_IN_VAULT.' }
