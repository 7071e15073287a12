// The vault. It holds the connection string of Postgres; operators put the other secrets into it.
param location string
param tags object
param suffix string
param privateNetworking bool

@secure()
param databaseConnection string

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

output name string = vault.name
