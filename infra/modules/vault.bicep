// The vault, the connection string of Postgres, and the secrets that are given to this deployment. Resource Manager writes them, so
// this works from outside when the networks are closed as well.
param location string
param tags object
param suffix string
param privateNetworking bool

@secure()
param databaseConnection string

@secure()
param secretValues object

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-${take(suffix, 13)}-smplat'
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
  }
}

resource database 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'smplat-database'
  properties: {
    value: databaseConnection
  }
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = [
  for secret in filter(items(secretValues), secret => !empty(secret.value)): {
    parent: vault
    name: secret.key
    properties: {
      value: secret.value
    }
  }
]

output name string = vault.name
